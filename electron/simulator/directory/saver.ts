/** Pause between the last write and the automatic save, milliseconds. */
const SAVE_AFTER_MS = 2000;

/** Keeps a state file up to date. */
export interface Saver {
  /** Writes now; a save under way is waited for. */
  save(): Promise<void>;
  /** Saves soon when anything has changed since the last time. */
  changed(): void;
  /** Saves for the last time. */
  close(): Promise<void>;
}

/**
 * @param write writes the file; undefined: there is none, and nothing is ever saved.
 * @param version grows with every change.
 * @param onFailure told when an automatic save failed; the next change tries again.
 */
export function saver(write: (() => Promise<void>) | undefined, version: () => number, onFailure: () => void): Saver {
  let saved = version();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let saving = Promise.resolve();
  const save = (): Promise<void> => {
    if (!write) return Promise.resolve();
    saving = saving.catch(() => undefined).then(() => { saved = version(); return write(); });
    return saving;
  };
  return {
    save,
    changed: () => {
      if (!write || isClosed || timer || saved === version()) return;
      timer = setTimeout(() => { timer = undefined; save().catch(onFailure); }, SAVE_AFTER_MS);
      timer.unref();
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      return save();
    },
  };
}
