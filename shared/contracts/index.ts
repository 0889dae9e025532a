import type { z } from 'zod';
import { agentChannels } from './agents.ts';
import { checkChannels } from './checks.ts';
import { coexistenceChannels } from './coexistence.ts';
import { collectionChannels } from './collections.ts';
import { cutoverChannels } from './cutover.ts';
import { mailboxSwitchChannels } from './mailbox-switch.ts';
import { mailboxChannels } from './mailboxes.ts';
import { matchChannels } from './matches.ts';
import { licenceChannels } from './licences.ts';
import { driftChannels } from './drift.ts';
import { evidenceChannels } from './evidence.ts';
import { handoverChannels } from './handover.ts';
import { holdChannels } from './holds.ts';
import { notificationChannels } from './notifications.ts';
import { objectChannels } from './objects.ts';
import { passwordChannels } from './passwords.ts';
import { pairChannels } from './pairs.ts';
import { planChannels } from './plans.ts';
import { projectChannels } from './project.ts';
import { referenceChannels } from './references.ts';
import { rollBackChannels } from './roll-back.ts';
import { ruleChannels } from './rules.ts';
import { taskChannels } from './tasks.ts';
import { writeBackChannels } from './write-back.ts';

/** The whole API between a console and the host, in one place. A duplicate key would be lost by the spread: a test counts them. */
export const contracts = { ...projectChannels, ...agentChannels, ...pairChannels, ...collectionChannels, ...objectChannels, ...matchChannels, ...ruleChannels, ...taskChannels, ...planChannels, ...rollBackChannels, ...checkChannels, ...referenceChannels, ...licenceChannels, ...passwordChannels, ...coexistenceChannels, ...holdChannels, ...driftChannels, ...writeBackChannels, ...mailboxChannels, ...cutoverChannels, ...evidenceChannels, ...handoverChannels, ...notificationChannels, ...mailboxSwitchChannels } as const;
/** The parts, for the test that no channel is declared twice. */
export const contractParts = [projectChannels, agentChannels, pairChannels, collectionChannels, objectChannels, matchChannels, ruleChannels, taskChannels, planChannels, rollBackChannels, checkChannels, referenceChannels, licenceChannels, passwordChannels, coexistenceChannels, holdChannels, driftChannels, writeBackChannels, mailboxChannels, cutoverChannels, evidenceChannels, handoverChannels, notificationChannels, mailboxSwitchChannels] as const;

export type Contracts = typeof contracts;
export type ChannelName = keyof Contracts;
/** What a caller may write (defaults optional). */
export type ChannelInput<K extends ChannelName> = z.input<Contracts[K]['input']>;
/** What a handler receives (defaults filled). */
export type ChannelParsed<K extends ChannelName> = z.output<Contracts[K]['input']>;
export type ChannelOutput<K extends ChannelName> = z.output<Contracts[K]['output']>;
/** The same shape, read-only all the way down: what a handler may return without copying. */
export type ReadonlyDeep<T> = T extends readonly (infer E)[] ? readonly ReadonlyDeep<E>[] : T extends object ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> } : T;
