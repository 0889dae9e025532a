import { ErrorCode, appError } from '../../shared/domain/errors.ts';

/** Schema of a project whose address names none. */
const SCHEMA = 'causeway';
/** A name that PostgreSQL takes without quotes and in full (PostgreSQL documentation, "Identifiers and Key Words": 63 bytes). */
const PLAIN_NAME = /^[a-z_][a-z0-9_]{0,62}$/;
const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
/** Port when none is said (PostgreSQL documentation, "Connections and Authentication"). */
const PORT = 5432;

/** What an address may say behind the question mark. Others are refused: the driver would read them, too, and some change the server. */
const PARAMETERS = ['schema', 'sslmode', 'sslrootcert', 'host'];

/** Where a project on PostgreSQL lies. */
export interface ProjectAddress {
  /** For people and for messages: without a password. */
  readonly shown: string;
  readonly schema: string;
  /** Name or address of the server, or the folder of its socket on this machine. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Never shown or logged; undefined: the driver looks for PGPASSWORD and the user's password file. */
  readonly password: string | undefined;
  /** Checked: encrypted, and the server's certificate must be good; what an address on another machine means unless it says `sslmode=disable`. */
  readonly tls: 'checked' | 'off';
  /** File with the authority of the server's certificate; undefined: those that the machine trusts. */
  readonly authorityFile: string | undefined;
}

/** True for an address of PostgreSQL, false for a file. */
export const isPostgres = (place: string): boolean => /^postgres(ql)?:\/\//i.test(place);

const wrong = (what: string) => appError(ErrorCode.InvalidInput, `The address of the PostgreSQL project ${what}. Write postgres://user@host:port/database?schema=name.`);

/**
 * Reads `postgres://user[:password]@host[:port]/database[?schema=..&sslmode=disable|verify-full&sslrootcert=file&host=/folder]` (PostgreSQL
 * documentation, "Connection URIs"; `schema` is ours, `causeway` when it is not said).
 * @throws AppError INVALID_INPUT, without the text itself, which may hold a password.
 */
export function parseAddress(place: string): ProjectAddress {
  let url: URL;
  try {
    url = new URL(place);
  } catch {
    // The cause would quote the address.
    throw wrong('cannot be read');
  }
  const said = url.searchParams;
  const unknown = [...said.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) throw wrong(`has a part "${unknown}" that is not known; it may have ${PARAMETERS.join(', ')}`);
  const schema = said.get('schema') ?? SCHEMA;
  if (!PLAIN_NAME.test(schema) || schema.startsWith('pg_')) throw wrong('names a schema that is not made of small letters, digits and underscores');
  const sslmode = said.get('sslmode');
  if (sslmode !== null && sslmode !== 'disable' && sslmode !== 'verify-full') throw wrong('has an sslmode other than disable and verify-full');
  const [database, user, password] = [url.pathname.slice(1), url.username, url.password].map(decoded) as [string, string, string];
  if (database === '' || database.includes('/')) throw wrong('names no database');
  if (user === '') throw wrong('names no user');
  const socket = said.get('host');
  if (socket !== null && (url.hostname !== 'localhost' || !socket.startsWith('/'))) throw wrong('names the folder of a socket in another way than postgres://user@localhost/database?host=/folder');
  const host = socket ?? url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (host === '') throw wrong('names no host');
  url.password = '';
  said.set('schema', schema);
  const near = host.startsWith('/') || LOOPBACK.test(host);
  return {
    shown: url.href, schema, host, port: url.port === '' ? PORT : Number(url.port), user, database, password: password === '' ? undefined : password,
    tls: sslmode === 'disable' || (sslmode === null && near) ? 'off' : 'checked', authorityFile: said.get('sslrootcert') ?? undefined,
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw wrong('has a percent sign that stands for nothing');
  }
}

/** The place as it may be shown and logged: an address loses its password, a file stays as it is. */
export const shownPlace = (place: string): string => (isPostgres(place) ? parseAddress(place).shown : place);

/** The address with this password, unless it has one. */
export function withPassword(place: string, password: string): string {
  const url = new URL(place);
  if (url.password === '') url.password = encodeURIComponent(password);
  return url.href;
}
