import { z } from 'zod';
import { AppError, ErrorCode } from '../../shared/domain/errors.ts';
import { domainOfDn } from '../../shared/rules/dn.ts';
import type { Directory, RootDse } from '../engines/directory/index.ts';
import type { Services } from './services.ts';

/** Name of the pair's setting. */
const SETTING = 'directory names';
const Names = z.object({
  /** DN of the forest's root domain, and NetBIOS names by the DNS name of the domain in lower case. */
  forest: z.string(), netBios: z.record(z.string(), z.string()),
});
/** How the domains of the forest are called. */
export type DirectoryNames = z.output<typeof Names>;

/** Answers that mean: not shown here. Everything else is a failure of the discovery. */
const NOT_SHOWN: ReadonlySet<string> = new Set([ErrorCode.NotFound, ErrorCode.Forbidden, ErrorCode.DirectoryRefused]);

/**
 * Reads the names of the forest's domains from the crossRef objects of its partitions container (MS-ADTS 6.1.1.2.1.1.1: nCName, dnsRoot,
 * nETBIOSName, which only those of domains have) and keeps them for expressions. An export seldom holds that container, and some accounts may not read it; what was known
 * before then stays. An export without the configuration does not say which forest its domain is in.
 */
export async function keepDirectoryNames(services: Services, pairId: string, directory: Directory, root: RootDse, signal: AbortSignal): Promise<void> {
  const netBios: Record<string, string> = {};
  try {
    for await (const entries of directory.read({ base: `CN=Partitions,${root.configurationNamingContext}`, scope: 'one', filter: '(&(objectClass=crossRef)(nETBIOSName=*))', attributes: ['nCName', 'nETBIOSName'] }, signal)) {
      for (const { attributes: { nCName, nETBIOSName } } of entries) {
        const [context, name] = [nCName?.[0], nETBIOSName?.[0]];
        if (context !== undefined && name !== undefined) netBios[domainOfDn(context)] = name;
      }
    }
  } catch (error) {
    if (!(error instanceof AppError) || !NOT_SHOWN.has(error.data.code)) throw error;
    services.log.info({ pairId, code: error.data.code }, 'the names of the domains are not shown');
  }
  const before = await directoryNames(services, pairId);
  // A server names its configuration; of an export the name is made up unless the file holds it, and the domain may be any of the forest.
  const isKnown = directory.capabilities.live || await directory.get(root.configurationNamingContext, [], signal) !== undefined;
  // The configuration belongs to the forest and is named after its root domain (MS-ADTS 6.1.1.1.2).
  const forest = isKnown ? root.configurationNamingContext.replace(/^CN=Configuration,/i, '') : '';
  await services.store.pairSettings.set(pairId, SETTING, { forest: forest || before.forest, netBios: { ...before.netBios, ...netBios } } satisfies DirectoryNames);
}

/** What the last discoveries found; nothing before the first. */
export async function directoryNames(services: Pick<Services, 'store'>, pairId: string): Promise<DirectoryNames> {
  const read = Names.safeParse(await services.store.pairSettings.get(pairId, SETTING) ?? {});
  return read.success ? read.data : { forest: '', netBios: {} };
}
