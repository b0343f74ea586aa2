/**
 * @file zone.h  Records of DNS, one a line
 */
#ifndef TW_TESTS_REGISTRATION_ZONE_H
#define TW_TESTS_REGISTRATION_ZONE_H

#include <trunkwise/trunk.h>

#define ZONE_A(name, address) { sizeof(tw_dns_record), TW_DNS_A, 300, 0, 0, \
	0, name, address, NULL, NULL }
#define ZONE_AAAA(name, address) { sizeof(tw_dns_record), TW_DNS_AAAA, 300, \
	0, 0, 0, name, address, NULL, NULL }
#define ZONE_CNAME(name, to) { sizeof(tw_dns_record), TW_DNS_CNAME, 300, 0, \
	0, 0, name, to, NULL, NULL }
#define ZONE_SRV(name, priority, weight, port, to) { sizeof(tw_dns_record), \
	TW_DNS_SRV, 300, priority, weight, port, name, to, NULL, NULL }
#define ZONE_NAPTR(name, order, preference, flags, service, to) { \
	sizeof(tw_dns_record), TW_DNS_NAPTR, 300, order, preference, 0, \
	name, to, flags, service }

#define ZONE_OF(f, records) do { (f)->zone = (records); (f)->zone_size = \
	sizeof(records) / sizeof((records)[0]); } while (0)

#endif
