import type { Service } from '../http/services.ts';

/** Which requests a clause is about. */
export interface Target {
  /** Upper case; null: every method. */
  readonly methods: ReadonlySet<string> | null;
  readonly path: RegExp;
}

/** A request as clauses see it. */
export interface Subject {
  /** Upper case. */
  readonly method: string;
  /** Every way to write its path; a target fits when it fits one. */
  readonly paths: readonly string[];
}

/**
 * Reads what stands after `@`: a path, or methods and a path.
 * @returns undefined when it is neither.
 */
export function parseTarget(text: string): Target | undefined {
  const [, methods, path] = /^\s*(?:([A-Za-z]+(?:\|[A-Za-z]+)*)\s+)?(\/\S*)\s*$/.exec(text) ?? [];
  if (path === undefined) return undefined;
  const pattern = path.replace(/\/+$/, '').split(/(\*\*|\*)/).map((part) => (part === '**' ? '.*' : part === '*' ? '[^/]*' : part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))).join('');
  return { methods: methods === undefined ? null : new Set(methods.toUpperCase().split('|')), path: new RegExp(`^${pattern}/?$`, 'i') };
}

/** True when a request is one that the target means. */
export function meets(target: Target | null, subject: Subject): boolean {
  if (!target) return true;
  return (target.methods?.has(subject.method) ?? true) && subject.paths.some((path) => target.path.test(path));
}

/** A request inside a batch: Graph's by its relative address, Exchange's by its cmdlet; without its query. */
export function innerSubject(service: Service, request: { readonly method: string; readonly url: string; readonly body?: unknown }): Subject {
  const [path = ''] = request.url.replace(/^https?:\/\/[^/]*/i, '').split('?', 1);
  const rooted = path.startsWith('/') ? path : `/${path}`;
  return service === 'exchange' ? outerSubject(request.method, rooted, JSON.stringify(request.body) ?? '') : { method: request.method.toUpperCase(), paths: [plain(rooted)] };
}

/** A request that came over HTTP: Graph's path without its version, sign-in's without its tenant, Exchange's by its cmdlet; and as it came. */
export function outerSubject(method: string, pathname: string, body: string): Subject {
  const path = plain(pathname);
  const paths = [path];
  const graph = /^\/(?:v1\.0|beta)(\/.*)$/i.exec(path)?.[1];
  if (graph !== undefined) paths.push(graph);
  const exchange = /^\/adminapi\/.*\/(InvokeCommand|\$batch)$/i.exec(path)?.[1];
  if (exchange !== undefined) paths.push(`/adminapi/${exchange === '$batch' ? exchange : cmdletOf(body) ?? 'InvokeCommand'}`);
  const signIn = /^\/[^/]+(\/(?:oauth2|discovery|v2\.0)\/.*)$/i.exec(path)?.[1];
  if (signIn !== undefined && graph === undefined && exchange === undefined) paths.push(signIn);
  return { method: method.toUpperCase(), paths };
}

/** The first cmdlet that an Exchange body names. */
export function cmdletOf(body: string): string | undefined {
  return /"CmdletName"\s*:\s*"([\w-]{1,64})"/i.exec(body)?.[1];
}

/** A path decoded once; as it is when it cannot be. */
function plain(path: string): string {
  try { return decodeURIComponent(path); } catch { return path; }
}
