import { createHash } from 'node:crypto';

/** What is kept of a password: enough to compare, not to use. */
export function digestOf(password: string): string { return createHash('sha256').update(`migration ${password}`).digest('base64'); }
