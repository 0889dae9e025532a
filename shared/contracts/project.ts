import { z } from 'zod';
import { channel } from './define.ts';
import { Done, Id, Millis, Name, Nothing } from './values.ts';

/** The open project. */
export const ProjectInfo = z.object({
  id: Id, name: Name,
  /** Path of the project file, or the address of the project on PostgreSQL without its password. */
  file: z.string(),
  createdAt: Millis,
  /** True for the demo project that the first run makes. */
  demo: z.boolean(),
  version: z.string(),
  schemaVersion: z.string(),
  /** How secrets are kept: `os`, `file`, or `session` (only until the program ends). */
  secrets: z.enum(['os', 'file', 'session']),
  /** Folder of the log files, for "Open logs" and support. */
  logFolder: z.string(),
});
export type ProjectInfo = z.output<typeof ProjectInfo>;

/** What came of a move; the project in its new place is open. */
export const ProjectMove = z.object({
  project: ProjectInfo, rows: z.int(),
  /** Every table with the SHA-256 of its values, which was compared on both sides. */
  tables: z.array(z.object({ name: z.string(), rows: z.int(), digest: z.string() })),
  /** Names of the secrets that the project speaks of: they stay in the secret store of this machine, and other machines need them in theirs. */
  secrets: z.array(z.string()),
});
export type ProjectMove = z.output<typeof ProjectMove>;

export const projectChannels = {
  'project.get': channel('query', Nothing, ProjectInfo),
  'project.rename': channel('command', z.object({ name: Name }), ProjectInfo),
  /** Writes a consistent copy of the open project file; refuses an existing file. */
  'project.copy': channel('command', z.object({ file: z.string().min(1).max(4000) }), z.object({ file: z.string() })),
  /** Moves the open project from its file to PostgreSQL (`postgres://...`) or back to a new file, without loss, and opens it there; nobody may be at work in it. */
  'project.move': channel('command', z.object({ to: z.string().min(1).max(4000) }), ProjectMove),
  /** Closes the open project and opens another, a file or an address of PostgreSQL; the window reads everything again. */
  'project.open': channel('command', z.object({ file: z.string().min(1).max(4000) }), ProjectInfo),
  'project.create': channel('command', z.object({ file: z.string().min(1).max(4000), name: Name }), ProjectInfo),
  'secrets.set': channel('command', z.object({ ref: z.string().min(1).max(200), value: z.string().min(1).max(100_000) }), Done),
} as const;
