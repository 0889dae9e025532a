export { isSwitched } from './situation.ts';
export { traceAll, type PersonFlow, type Trace } from './trace.ts';
export { domainOf, mailSide, type MailSide, type MailWorld, type Recipient, type Route, type Side } from './world.ts';
