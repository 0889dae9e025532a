export { authoritativeServers } from './authoritative.ts';
export { createResolver, type DnsAnswer, type RecordKind, type Resolver } from './resolver.ts';
export { resolveSrv } from './srv.ts';
