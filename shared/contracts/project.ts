import { z } from 'zod';
import { channel } from './define.ts';
import { Done, Id, Millis, Name, Nothing } from './values.ts';

/** The open project. */
export const ProjectInfo = z.object({
  id: Id, name: Name, file: z.string(), createdAt: Millis,
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

export const AgentRow = z.object({
  id: Id, name: Name, host: z.string(), version: z.string(), heartbeatAt: Millis.nullable(), alive: z.boolean(), collections: z.int(), queued: z.int(), running: z.int(),
});
export type AgentRow = z.output<typeof AgentRow>;

export const projectChannels = {
  'project.get': channel('query', Nothing, ProjectInfo),
  'project.rename': channel('command', z.object({ name: Name }), ProjectInfo),
  /** Writes a consistent copy of the open project file; refuses an existing file. */
  'project.copy': channel('command', z.object({ file: z.string().min(1).max(4000) }), z.object({ file: z.string() })),
  /** Closes the open project and opens another; the window reads everything again. */
  'project.open': channel('command', z.object({ file: z.string().min(1).max(4000) }), ProjectInfo),
  'project.create': channel('command', z.object({ file: z.string().min(1).max(4000), name: Name }), ProjectInfo),
  'agents.list': channel('query', Nothing, z.object({ rows: z.array(AgentRow) })),
  'secrets.set': channel('command', z.object({ ref: z.string().min(1).max(200), value: z.string().min(1).max(100_000) }), Done),
} as const;
