/** The demo organisation. */
export { DEMO_SIZE, demoOrganisation } from './organisation.ts';
export type { DemoOrganisation, DemoSize } from './organisation.ts';
