/** The simulated tenant: Microsoft 365's sign-in, Graph and Exchange on loopback, and the demo organisation that fills it. */
export { startSimulator } from './simulator.ts';
export type { Simulator, SimulatorOptions, SimulatorStats } from './simulator.ts';
export { FAULT_HELP } from './faults/spec.ts';
export type { SimulatorState } from './page/state.ts';
export type { WritePage, WriteRecord } from './write-log.ts';
export { simulatedTransports } from './transport.ts';
export type { SimulatedTransports } from './transport.ts';
export { EMPTY_TENANT, GLOBAL_ADMINISTRATOR } from './seed.ts';
export type { SeedContact, SeedGroup, SeedUser, SimulatorSeed } from './seed.ts';
export type { SnapshotObject, TenantSnapshot } from './directory/snapshot.ts';
export { DEMO_SIZE, demoOrganisation } from './demo/organisation.ts';
export type { DemoOrganisation, DemoSize } from './demo/organisation.ts';
export { seedTenant } from './seeds/tenant.ts';
export type { SeedTenantOptions } from './seeds/tenant.ts';
export { parseSeedSpec, SEED_SPEC_HELP } from './seeds/spec.ts';
export type { SeedApp, SeedPerson } from './signin/registration-seed.ts';
