/** One HTTP answer before it is written. `body`: an object becomes JSON, a text goes out as it is, undefined sends none. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
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
