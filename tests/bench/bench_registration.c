/*
 * How fast many accounts register by digest, what that costs, and what
 * holding them costs. Clients: our trunk set, libre's sipreg, and SIPp, which
 * keeps nothing. Registrars: one of our own that is as cheap as can be, and
 * Kamailio where it is installed. Each client runs in a process of its own
 * against the same registrar, 64 exchanges at once; who takes more than two
 * minutes is stopped and counted by what it had. Only ratios of one run mean
 * anything on another machine.
 *
 * Usage: bench_registration [N [CLIENT [REGISTRAR [udp|tcp]]]]
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "registration_bench.h"

struct registrar {
	const char *name;
	pid_t pid;                 /* 0: it is not there */
	uint16_t port;
};

static char run_dir[64];

double bench_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

long bench_rss_kib(void)
{
	long pages = 0, resident = 0;
	FILE *f = fopen("/proc/self/statm", "r");

	if (f && fscanf(f, "%ld %ld", &pages, &resident) != 2)
		resident = 0;
	if (f)
		fclose(f);
	return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void write_file(char *path, size_t size, const char *name,
		       const char *text)
{
	FILE *f;

	snprintf(path, size, "%s/%s", run_dir, name);
	f = fopen(path, "w");
	if (!f || fputs(text, f) < 0 || fclose(f)) {
		fprintf(stderr, "bench_registration: cannot write %s\n", path);
		exit(1);
	}
}

static void quiet(void)
{
	int null = open("/dev/null", O_RDWR);

	for (int fd = 0; fd < 3 && null >= 0; fd++)
		(void)dup2(null, fd);
}

static pid_t spawn(char *const argv[])
{
	pid_t pid = fork();

	if (pid)
		return pid;
	quiet();
	execvp(argv[0], argv);
	_exit(127);
}

/* ---- registrars ---- */

static void start_own(struct registrar *r)
{
	int pipes[2];
	uint16_t port;

	if (pipe(pipes))
		exit(1);
	r->pid = fork();
	if (!r->pid) {
		bench_registrar(pipes[1]);
		_exit(1);
	}
	if (read(pipes[0], &port, 2) != 2)
		exit(1);
	r->port = ntohs(port);
	close(pipes[0]);
	close(pipes[1]);
}

/* A port that is free now, for TCP and UDP. */
static uint16_t free_port(void)
{
	for (;;) {
		struct sockaddr_in a = { .sin_family = AF_INET };
		socklen_t size = sizeof(a);
		int tcp = socket(AF_INET, SOCK_STREAM, 0), bad;
		int udp = socket(AF_INET, SOCK_DGRAM, 0);

		a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		bad = bind(tcp, (struct sockaddr *)&a, sizeof(a)) ||
			getsockname(tcp, (struct sockaddr *)&a, &size) ||
			bind(udp, (struct sockaddr *)&a, sizeof(a));
		close(tcp);
		close(udp);
		if (!bad)
			return ntohs(a.sin_port);
	}
}

/* OPTIONS until something comes back, at most 10 s. */
static bool answers(uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	struct timeval wait = { 0, 100000 };
	char text[512], in[512];
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	bool ok = false;

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	(void)connect(fd, (struct sockaddr *)&to, sizeof(to));
	snprintf(text, sizeof(text), "OPTIONS sip:127.0.0.1 SIP/2.0\r\n"
		"Via: SIP/2.0/UDP 127.0.0.1;rport;branch=z9hG4bKx\r\n"
		"From: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\n"
		"CSeq: 1 OPTIONS\r\nMax-Forwards: 9\r\n"
		"Content-Length: 0\r\n\r\n");
	for (int i = 0; i < 100 && !ok; i++) {
		struct timespec nap = { 0, 100000000 };

		if (send(fd, text, strlen(text), 0) < 0 ||
		    recv(fd, in, sizeof(in), 0) <= 0)
			nanosleep(&nap, NULL);
		else
			ok = true;
	}
	close(fd);
	return ok;
}

static const char *kamailio_modules(void)
{
	static const char *const dir[] = {
		"/usr/lib/x86_64-linux-gnu/kamailio/modules",
		"/usr/lib/aarch64-linux-gnu/kamailio/modules",
		"/usr/lib/kamailio/modules",
	};

	for (size_t i = 0; i < sizeof(dir) / sizeof(*dir); i++)
		if (!access(dir[i], R_OK))
			return dir[i];
	return NULL;
}

static void start_kamailio(struct registrar *r)
{
	static const char config[] = "#!KAMAILIO\n"
		"debug=0\nlog_stderror=yes\nchildren=2\ntcp_children=1\n"
		"auto_aliases=no\nlisten=udp:127.0.0.1:%u\n"
		"listen=tcp:127.0.0.1:%u\nmpath=\"%s/\"\n"
		"loadmodule \"kex.so\"\nloadmodule \"corex.so\"\n"
		"loadmodule \"tm.so\"\nloadmodule \"sl.so\"\n"
		"loadmodule \"pv.so\"\nloadmodule \"textops.so\"\n"
		"loadmodule \"usrloc.so\"\nloadmodule \"registrar.so\"\n"
		"loadmodule \"auth.so\"\nloadmodule \"ctl.so\"\n"
		"modparam(\"ctl\", \"binrpc\", \"unix:%s/ctl\")\n"
		"modparam(\"usrloc\", \"db_mode\", 0)\n"
		"modparam(\"usrloc\", \"hash_size\", 14)\n"
		"modparam(\"registrar\", \"max_expires\", 3600)\n"
		"modparam(\"auth\", \"nonce_expire\", 300)\n"
		"request_route {\n"
		"if (!is_method(\"REGISTER\")) {\n"
		"sl_send_reply(\"200\", \"OK\"); exit; }\n"
		"if (!pv_www_authenticate(\"127.0.0.1\", \"secret\", "
		"\"0\")) {\n"
		"www_challenge(\"127.0.0.1\", \"1\"); exit; }\n"
		"consume_credentials();\nsave(\"location\");\nexit;\n}\n";
	const char *modules = kamailio_modules();
	char *argv[] = { (char *)"kamailio", (char *)"-f", NULL,
		(char *)"-DD", (char *)"-E", (char *)"-m", (char *)"1024",
		(char *)"-M", (char *)"32", (char *)"-Y", run_dir, NULL };
	char text[4096], path[128];

	if (!modules)
		return;
	r->port = free_port();
	snprintf(text, sizeof(text), config, r->port, r->port, modules,
		run_dir);
	write_file(path, sizeof(path), "kamailio.cfg", text);
	argv[2] = path;
	r->pid = spawn(argv);
	if (answers(r->port))
		return;
	kill(r->pid, SIGTERM);
	waitpid(r->pid, NULL, 0);
	r->pid = 0;
}

static void stop(struct registrar *r)
{
	if (!r->pid)
		return;
	kill(r->pid, SIGTERM);
	waitpid(r->pid, NULL, 0);
}

/* ---- SIPp ---- */

static void write_accounts(char *path, size_t size, uint32_t count)
{
	FILE *f;

	snprintf(path, size, "%s/accounts.csv", run_dir);
	f = fopen(path, "w");
	if (!f)
		exit(1);
	fprintf(f, "SEQUENTIAL\n");
	for (uint32_t i = 0; i < count; i++)
		fprintf(f, "u%06u;[authentication username=u%06u "
			"password=secret]\n", i, i);
	fclose(f);
}

#define SIPP_REQUEST(cseq, more) \
	"<send retrans=\"500\"><![CDATA[\n" \
	"REGISTER sip:[remote_ip]:[remote_port] SIP/2.0\n" \
	"Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]\n" \
	"Max-Forwards: 70\n" \
	"From: <sip:[field0]@127.0.0.1>;tag=[call_number]\n" \
	"To: <sip:[field0]@127.0.0.1>\nCall-ID: [call_id]\n" \
	"CSeq: " cseq " REGISTER\n" \
	"Contact: <sip:[field0]@[local_ip]:[local_port]>\n" more \
	"Expires: 3600\nContent-Length: 0\n\n]]></send>\n"

static pid_t start_sipp(const struct round *round)
{
	static const char scenario[] = "<?xml version=\"1.0\"?>\n"
		"<scenario name=\"register\">\n" SIPP_REQUEST("1", "")
		"<recv response=\"401\" auth=\"true\"></recv>\n"
		SIPP_REQUEST("2", "[field1]\n")
		"<recv response=\"200\"></recv>\n</scenario>\n";
	char xml[128], csv[128], target[32], count[16], window[16];
	char *argv[] = { (char *)"sipp", (char *)"-i", (char *)"127.0.0.1",
		(char *)"-nostdin", (char *)"-sf", xml, (char *)"-inf", csv,
		(char *)"-m", count, (char *)"-l", window, (char *)"-r",
		(char *)"50000", (char *)"-t", NULL, target, NULL };

	write_file(xml, sizeof(xml), "register.xml", scenario);
	write_accounts(csv, sizeof(csv), round->count);
	snprintf(target, sizeof(target), "127.0.0.1:%u", round->port);
	snprintf(count, sizeof(count), "%u", round->count);
	snprintf(window, sizeof(window), "%d", WINDOW);
	argv[15] = round->tcp ? (char *)"t1" : (char *)"u1";
	return spawn(argv);
}

/* ---- rounds ---- */

static pid_t start_client(int *from, const struct round *round)
{
	struct result r;
	int pipes[2];
	pid_t pid;

	if (pipe(pipes))
		exit(1);
	pid = fork();
	if (pid) {
		close(pipes[1]);
		*from = pipes[0];
		return pid;
	}
	memset(&r, 0, sizeof(r));
	if (!strcmp(round->client, "sipreg"))
		bench_sipreg(&r, round);
	else
		bench_trunkwise(&r, round);
	_exit(write(pipes[1], &r, sizeof(r)) != sizeof(r));
}

static double seconds(const struct timeval *t)
{
	return (double)t->tv_sec + (double)t->tv_usec / 1e6;
}

static bool play(struct result *out, const struct round *round)
{
	bool sipp = !strcmp(round->client, "sipp");
	struct rusage usage;
	double began = bench_clock();
	int status, from = -1;
	pid_t pid;

	memset(out, 0, sizeof(*out));
	pid = sipp ? start_sipp(round) : start_client(&from, round);
	if (!sipp && read(from, out, sizeof(*out)) != sizeof(*out))
		out->registered = 0;
	if (from >= 0)
		close(from);
	if (wait4(pid, &status, 0, &usage) != pid)
		return false;
	if (sipp && (!WIFEXITED(status) || WEXITSTATUS(status) == 127))
		return false;
	if (sipp) {
		out->wall_s = bench_clock() - began;
		out->registered = WEXITSTATUS(status) ? 0 : round->count;
	}
	out->cpu_s = seconds(&usage.ru_utime) + seconds(&usage.ru_stime);
	return true;
}

static double row(const struct registrar *r, const char *client, bool tcp,
		  uint32_t count)
{
	const struct round round = { client, tcp, count, r->port };
	struct result result;
	double rate, done;

	if (!r->pid || !play(&result, &round))
		return 0;
	done = result.stopped && result.registered ?
		result.registered : count;
	rate = result.registered / result.wall_s;
	printf("%-9s %-9s %-4s %7u %9u %9.0f %10.1f %11.2f %8llu%s\n",
	       r->name, client, tcp ? "TCP" : "UDP", count,
	       result.registered, rate, result.cpu_s / done * 1e6,
	       (double)(result.rss_after_kib - result.rss_before_kib) / done,
	       (unsigned long long)result.retransmits,
	       result.stopped ? "  stopped" : "");
	fflush(stdout);
	return result.registered == count || result.stopped ? rate : 0;
}

static double ratio(double a, double b)
{
	return b > 0 ? a / b : 0;
}

/* All clients at one N, ours first and last: the machine may have changed. */
static void compare(const struct registrar *r, bool tcp, uint32_t count)
{
	double ours = row(r, "trunkwise", tcp, count);
	double theirs = row(r, "sipreg", tcp, count);
	double raw = row(r, "sipp", tcp, count);
	double again = row(r, "trunkwise", tcp, count);

	ours = ours < again ? ours : again;
	printf("  ours (the slower of two) to sipreg %.1fx, to SIPp %.1fx\n",
	       ratio(ours, theirs), ratio(ours, raw));
}

static void table(const struct registrar *own,
		  const struct registrar *kamailio)
{
	static const uint32_t counts[] = { 1000, 10000, 20000, 100000 };

	for (int tcp = 0; tcp < 2; tcp++) {
		for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
			compare(own, tcp, counts[i]);
		row(own, "trunkwise", tcp, 40000);
		for (size_t i = 0; kamailio->pid &&
		     i < sizeof(counts) / sizeof(*counts); i++)
			compare(kamailio, tcp, counts[i]);
	}
}

static void head(void)
{
	printf("%-9s %-9s %-4s %7s %9s %9s %10s %11s %8s\n", "registrar",
	       "client", "", "N", "registd", "reg/s", "CPU us/reg",
	       "RSS KiB/reg", "retrans");
}

/* Only what was made here. */
static void tidy(void)
{
	static const char *const name[] = { "kamailio.cfg", "register.xml",
		"accounts.csv", "ctl" };
	char path[128];

	for (size_t i = 0; i < sizeof(name) / sizeof(*name); i++) {
		snprintf(path, sizeof(path), "%s/%s", run_dir, name[i]);
		(void)unlink(path);
	}
	(void)rmdir(run_dir);
}

int main(int argc, char **argv)
{
	uint32_t count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;
	struct registrar own = { "own", 0, 0 };
	struct registrar kamailio = { "kamailio", 0, 0 };

	if (argc > 1 && (!count || count > 1000000)) {
		fprintf(stderr, "usage: bench_registration [N [CLIENT "
			"[REGISTRAR [udp|tcp]]]]\n");
		return 2;
	}
	snprintf(run_dir, sizeof(run_dir), "/tmp/bench_registrationXXXXXX");
	if (!mkdtemp(run_dir))
		return 1;
	start_own(&own);
	start_kamailio(&kamailio);
	if (!kamailio.pid)
		printf("Kamailio did not start here: without it\n");
	head();
	if (argc > 2)
		row(argc > 3 && !strcmp(argv[3], "kamailio") ? &kamailio :
			&own, argv[2], argc > 4 && !strcmp(argv[4], "tcp"),
			count);
	else if (argc > 1) {
		for (int tcp = 0; tcp < 2; tcp++)
			compare(&own, tcp, count);
	}
	else
		table(&own, &kamailio);
	stop(&own);
	stop(&kamailio);
	tidy();
	return 0;
}
