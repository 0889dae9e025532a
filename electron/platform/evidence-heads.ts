import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const Head = z.object({ project: z.string(), place: z.string(), number: z.int().positive(), hash: z.string(), at: z.int() });
/** How far the chain of evidence of a project had come, as this machine saw it. `place`: file or address of the project; `at`: milliseconds since 1970 UTC. */
export type NotedHead = z.output<typeof Head>;

/** The heads that this machine wrote down, outside of the projects, so that who changes a project cannot change them with it. */
export interface EvidenceHeads {
  /** File of a project's head, whether it is there or not. */
  file(of: Pick<NotedHead, 'project' | 'place'>): string;
  /** Undefined: none was written down, or the file cannot be read. */
  last(of: Pick<NotedHead, 'project' | 'place'>): Promise<NotedHead | undefined>;
  /** Writes a head down in place of the one before. @throws the file system's error. */
  note(head: NotedHead): Promise<void>;
}

/**
 * Heads in a folder of their own, one small file a project. A copy of a project is another one: it goes its own way.
 * @param data the data folder of this machine.
 */
export function openEvidenceHeads(data: string): EvidenceHeads {
  const folder = path.join(data, 'evidence-heads');
  const file: EvidenceHeads['file'] = ({ project, place }) => path.join(folder, `${createHash('sha256').update(`${project} ${place}`).digest('hex').slice(0, 32)}.json`);
  return {
    file,
    async last(of) {
      try { return Head.parse(JSON.parse(await readFile(file(of), 'utf8'))); } catch { return undefined; }
    },
    async note(head) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      // Several processes write; each file is whole at any moment (POSIX, rename).
      const beside = `${file(head)}.${randomUUID().slice(0, 8)}`;
      try {
        await writeFile(beside, `${JSON.stringify(head)}\n`, { mode: 0o600 });
        await rename(beside, file(head));
      } finally { await rm(beside, { force: true }); }
    },
  };
}
