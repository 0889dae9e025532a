/** Counts since a tenant was opened; added to by whoever sends. */
export interface Traffic {
  /** Requests that Graph had to look at: single ones and those inside batches, each try counted. */
  requests: number;
  /** `$batch`es sent. */
  batches: number;
  /** Answers 429, outside and inside batches. */
  throttled: number;
  /** Milliseconds of pauses that throttling caused. */
  waitedMs: number;
  /** HTTP requests to Graph and Exchange Online, a batch counting once. */
  http: number;
}
