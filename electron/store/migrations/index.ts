import * as project from './0001-project.ts';
import * as mailboxes from './0002-mailboxes.ts';

/** What a migration needs to know of the database it runs on: see the dialect's `words`. */
export type SchemaWords = Parameters<typeof project.statements>[0];
/** One step of the schema: statements run in one transaction. */
export interface MigrationStep { readonly statements: (words: SchemaWords) => readonly string[] }

/**
 * Every migration, oldest first by name. A static map, because reading a folder breaks once the program is bundled.
 * A project whose table names a migration that is not here was written by a newer version.
 */
export const MIGRATIONS: Readonly<Record<string, MigrationStep>> = { '0001-project': project, '0002-mailboxes': mailboxes };
