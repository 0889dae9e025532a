/** The demo organisation, and tenants of any size. */
export { DEMO_SIZE, demoOrganisation } from './organisation.ts';
export type { DemoOrganisation, DemoSize } from './organisation.ts';
export { seedTenant as generateTenant } from '../seed-tenant.ts';
