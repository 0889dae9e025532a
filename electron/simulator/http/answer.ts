/** How an answer travels, when not at once and whole. Applied by the server; what the request did is done before. */
export interface Delivery {
  /** Milliseconds before the first byte. */
  readonly waitMs?: number;
  /** Milliseconds over which the body is spread. */
  readonly overMs?: number;
  /**
   * How it ends: `truncated` announces the whole length, sends half and closes; `closed` closes without a byte; `reset` sends a TCP
   * reset instead of an answer; `reset in the middle` sends half and then the reset. Absent: whole.
   */
  readonly end?: 'truncated' | 'closed' | 'reset' | 'reset in the middle';
}

/** One HTTP answer before it is written. `body`: an object becomes JSON, a text goes out as it is, undefined sends none. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Absent: at once and whole. */
  readonly delivery?: Delivery;
}

/** One HTTP request after it was read. */
export interface HttpRequest {
  readonly method: string;
  /** Origin the client believes it talks to: `x-forwarded-origin`, else the request's own. No slash at the end. */
  readonly origin: string;
  readonly url: URL;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Body as text; empty when there is none. */
  readonly body: string;
}
