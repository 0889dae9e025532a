import { PEOPLE, type World } from './organisation.ts';

type People = World['people'];
/** A person without anything, of whom the tenant knows nothing. */
const nobody: People[number] = { there: 'no', country: 'DE', mail: false, disabled: false, leads: 6, fullAccess: [], sendAs: [], onBehalf: [], heldBefore: [] };
const group: World['groups'][number] = { there: false, members: 0, oldMembers: 0, owner: null };

/** An organisation in which nothing is out of the ordinary. */
export const QUIET: World = { people: [nobody, nobody, nobody, nobody, nobody], groups: [group, group, group, group], contacts: [false, false], healing: 'automatic' };

/** The people with one of them otherwise. */
export const personOf = (alias: (typeof PEOPLE)[number][0], more: Partial<People[number]>, people: People = QUIET.people): People =>
  people.map((person, i) => (PEOPLE[i]?.[0] === alias ? { ...person, ...more } : person)) as unknown as People;
