import { useCallback, useEffect, useRef, useState } from 'react';
import type { ExportPart } from '../../shared/contracts/export.ts';
import { downloadParts } from './download.ts';
import { count } from './format.ts';

/** Longest wait for one part, milliseconds: a page of a large project on a busy disk. */
export const PART_TIMEOUT_MS = 120_000;

/** Gives the part of an export after a cursor (null: the first). `done`: rows of the parts before it. */
export type PartOf = (after: string | null, signal: AbortSignal, done: number) => Promise<ExportPart>;

/**
 * Reads an export part by part. The browser may keep the parts on disk; the text of each is let go, so that a list of any length is
 * never one text.
 * @param onPart is told how far it is.
 * @throws as the export; the reason of the signal when it fires, also between two parts.
 */
export async function readParts(part: PartOf, signal: AbortSignal, onPart: (part: Pick<ExportPart, 'done' | 'total'>) => void): Promise<{ readonly fileName: string; readonly mediaType: string; readonly parts: readonly Blob[] }> {
  const parts: Blob[] = [];
  let done = 0;
  for (let after: string | null = null; ;) {
    signal.throwIfAborted();
    const next: ExportPart = await part(after, signal, done);
    parts.push(new Blob([next.text]));
    ({ done, next: after } = next);
    signal.throwIfAborted();
    if (after === null) return { fileName: next.fileName, mediaType: next.mediaType, parts };
    onPart(next);
  }
}

/** An export that a person has asked for. */
export interface SaveParts {
  /** What to show while it runs; null: nothing runs. */
  readonly progress: string | null;
  /** @param fileName instead of the one that the export gives itself, which is passed in. */
  readonly start: (part: PartOf, fileName?: (given: string) => string) => void;
  readonly cancel: () => void;
}

/** Saves exports that come in parts as files; a file is offered when it is whole. Leaving the screen cancels. */
export function useSaveParts(onProblem: (problem: unknown) => void): SaveParts {
  const [progress, setProgress] = useState<string | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = useCallback<SaveParts['start']>((part, fileName = (given) => given) => {
    const abort = new AbortController();
    running.current?.abort();
    running.current = abort;
    onProblem(null);
    setProgress('Exporting…');
    readParts(part, abort.signal, (next) => setProgress(`Exported ${count(next.done)} of ${count(next.total)} rows`))
      .then((file) => downloadParts(fileName(file.fileName), file.mediaType, file.parts), (problem: unknown) => { if (!abort.signal.aborted) onProblem(problem); })
      .finally(() => { if (!abort.signal.aborted) setProgress(null); });
  }, [onProblem]);
  const cancel = useCallback(() => { running.current?.abort(); setProgress(null); }, []);
  return { progress, start, cancel };
}
