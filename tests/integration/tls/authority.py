"""A certification authority of the test's own, by the openssl command."""
import os
import subprocess

_CONFIG = """\
[ca]
default_ca = here
[here]
dir = {folder}
new_certs_dir = {folder}
database = {folder}/index.txt
rand_serial = yes
certificate = {folder}/{name}.pem
private_key = {folder}/{name}.key
default_md = sha256
policy = any
unique_subject = no
email_in_dn = no
crlnumber = {folder}/crlnumber
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
"""


class Authority:
    """Issues certificates as files in a folder."""

    def __init__(self, program, folder, name):
        self.program, self.folder, self.name = program, folder, name
        self.config = os.path.join(folder, f"{name}.cnf")
        with open(self.config, "w", encoding="ascii") as f:
            f.write(_CONFIG.format(folder=folder, name=name))
        with open(os.path.join(folder, "index.txt"), "a", encoding="ascii"):
            pass
        with open(os.path.join(folder, "crlnumber"), "w",
                  encoding="ascii") as f:
            f.write("01\n")
        self._run("req", "-x509", "-days", "30", "-subj", f"/CN={name}",
                  "-extensions", "root", *self._new_key(name))

    @property
    def ca(self):
        return self.path(self.name, "pem")

    def path(self, name, ending):
        return os.path.join(self.folder, f"{name}.{ending}")

    def _run(self, *words):
        done = subprocess.run([self.program, *words], capture_output=True,
                              text=True, check=False)
        if done.returncode:
            raise AssertionError(f"openssl {words}: {done.stderr}")

    def _new_key(self, name, out="pem"):
        return ["-config", self.config, "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                self.path(name, "key"), "-out", self.path(name, out)]

    def revoke(self, cert):
        """It is in the lists that are made from now on."""
        self._run("ca", "-config", self.config, "-revoke", cert)

    def crl(self, name, valid=("20200101000000Z", "20450101000000Z")):
        """-> path of the list as it stands."""
        path = self.path(name, "crl.pem")
        self._run("ca", "-gencrl", "-config", self.config, "-crl_lastupdate",
                  valid[0], "-crl_nextupdate", valid[1], "-out", path)
        return path

    def issue(self, name, names="", common_name="x",
              valid=("20200101000000Z", "20450101000000Z")):
        """-> (certificate, key), both paths; `names` as DNS:a,IP:b."""
        self._run("req", "-new", "-subj", f"/CN={common_name}",
                  *self._new_key(name, "csr"))
        extra = self.path(name, "ext")
        with open(extra, "w", encoding="ascii") as f:
            f.write("basicConstraints = CA:FALSE\n")
            if names:
                f.write(f"subjectAltName = {names}\n")
        self._run("ca", "-batch", "-notext", "-config", self.config,
                  "-startdate", valid[0], "-enddate", valid[1], "-extfile",
                  extra, "-in", self.path(name, "csr"), "-out",
                  self.path(name, "pem"))
        return self.path(name, "pem"), self.path(name, "key")
