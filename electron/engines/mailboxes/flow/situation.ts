import { domainOf, mailSide, routingAddress, type MailWorld, type Recipient, type Route } from './world.ts';

/** True for a person whose mail leaves Exchange on premises for good: no mailbox there any more, or a targetAddress that the matched recipient of the tenant has. */
export function isSwitched(world: MailWorld, person: Recipient): boolean {
  if (person.kind !== 'mailbox') return true;
  const target = world.cloud.byId.get(world.matched.get(person.id) ?? '');
  return person.external !== null && target?.addresses.includes(person.external) === true;
}

/**
 * The world as it will be: MX records of all mail domains lead to the tenant, each matched mailbox on premises forwards to its mailbox there, and what
 * sent mail back to it through the redirection domain is taken away. What is switched already stays as it is, so that what was left behind shows.
 */
export function afterSwitch(world: MailWorld): MailWorld {
  const cloud: Route = { to: 'cloud', host: 'Microsoft 365' };
  const switching = new Map<string, Recipient>();
  const onPremises = [...world.onPremises.byId.values()].map((person): Recipient => {
    const target = world.cloud.byId.get(world.matched.get(person.id) ?? '');
    if (person.kind !== 'mailbox' || target === undefined || isSwitched(world, person)) return person;
    switching.set(target.id, person);
    return person.external === null ? { ...person, external: routingAddress(world, target) ?? null } : person;
  });
  const inCloud = [...world.cloud.byId.values()].map((recipient): Recipient => {
    if (!switching.has(recipient.id)) return recipient;
    const back = recipient.forwardSmtp !== null && domainOf(recipient.forwardSmtp) === world.redirectionDomain;
    return { ...recipient, kind: 'mailbox', external: null, ...(back ? { forwardSmtp: null, keepsCopy: false } : {}) };
  });
  return {
    ...world, mx: new Map([...world.mx, ...[...world.mailDomains].map((domain) => [domain, cloud] as const)]),
    onPremises: mailSide(world.onPremises.accepted, onPremises), cloud: mailSide(world.cloud.accepted, inCloud),
  };
}
