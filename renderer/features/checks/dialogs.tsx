import { Button, Checkbox, Field, Input, MessageBar, MessageBarBody, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { CountryCode, UpnSuffix } from '../../../shared/contracts/values.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { decodeCsv } from '../../ui/decode-csv.ts';
import { counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView } from '../../ui/states.tsx';

/** Starts a check of a pair, a collection or the selected objects. */
export function CheckObjectsDialog({ pair, collection, scope, onClose }: DialogProps<'check objects'>): ReactNode {
  const l = useLayout();
  const { go } = useNavigation();
  const [discover, setDiscover] = useState(true);
  const [upnSuffix, setSuffix] = useState(pair.defaults.upnSuffix);
  const [countryCode, setCountry] = useState(pair.defaults.countryCode);
  const [licence, setLicence] = useState('');
  const [alternateLogin, setAlternate] = useState(false);
  const start = useCommand('checks.start');
  const suffix = UpnSuffix.safeParse(upnSuffix);
  const country = CountryCode.safeParse(countryCode);
  const what = scope ? counted(scope.count, 'selected object') : collection ? `All ${counted(collection.objects, 'object')} of "${collection.name}"` : `Everything that was read of "${pair.name}"`;
  const begin = (): void => {
    if (!suffix.success || !country.success) return;
    start.mutate({ pairId: pair.id, ...(collection ? { collectionId: collection.id } : {}), ...(scope ? { selection: scope.selection } : {}), discover, upnSuffix: suffix.data, countryCode: country.data, licence: licence.trim(), alternateLogin }, {
      onSuccess: () => { onClose(); go(collection ? { kind: 'collection', pairId: pair.id, collectionId: collection.id } : { kind: 'pair', pairId: pair.id }, 'Checks'); },
    });
  };
  return (
    <ConfirmDialog title="Check Objects" onClose={onClose} confirmLabel="Check" busy={start.isPending} ready={suffix.success && country.success} error={start.error ? errorData(start.error) : null} onConfirm={begin}>
      <div className={l.column}>
        <Text>{`${what}: names are compared with the whole directory and with the tenant ${pair.targetName || pair.target.tenantId}. Nothing is written. Earlier decisions about the same values are kept.`}</Text>
        <Checkbox label="Read Active Directory and the tenant again first" checked={discover} onChange={(_, d) => setDiscover(d.checked === true)} />
        <Field label="User principal names (UPN) suffix to use" hint="That of the migration meant. Leave empty to keep the source's." {...(suffix.success ? {} : { validationState: 'error' as const, validationMessage: suffix.error.issues[0]?.message ?? 'is not a domain name' })}>
          <Input value={upnSuffix} onChange={(_, d) => setSuffix(d.value)} placeholder="contoso.com" />
        </Field>
        <Field label="Country code to set for the users" hint="Leave empty to take it from the source object." {...(country.success ? {} : { validationState: 'error' as const, validationMessage: country.error.issues[0]?.message ?? 'is not a country code' })}>
          <Input value={countryCode} maxLength={2} onChange={(_, d) => setCountry(d.value.toUpperCase())} />
        </Field>
        <Field label="Licence that users are to get" hint="Part number of the product, for example ENTERPRISEPACK. Empty: it is only counted whether any product has enough left."><Input value={licence} onChange={(_, d) => setLicence(d.value)} /></Field>
        <Checkbox label="Users sign in with another attribute: do not look at userPrincipalName" checked={alternateLogin} onChange={(_, d) => setAlternate(d.checked === true)} />
      </div>
    </ConfirmDialog>
  );
}

/** Reads decisions from a CSV file of ours or of IdFix, and lists every line that does not fit. */
export function ImportDecisionsDialog({ check, onClose }: DialogProps<'import decisions'>): ReactNode {
  const l = useLayout();
  const [file, setFile] = useState<File | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const take = useCommand('checks.import', 120_000);
  const run = (): void => {
    setProblem(null);
    file?.arrayBuffer().then((bytes) => take.mutate({ id: check.id, text: decodeCsv(new Uint8Array(bytes)) }), () => setProblem(appError(ErrorCode.BadFile, `The file ${file.name} cannot be read.`)));
  };
  const error = take.error ?? problem;
  const result = take.data;
  return (
    <DialogFrame title="Import CSV" size="wide" onClose={onClose} actions={<>
      <Button onClick={onClose}>{result ? 'Close' : 'Cancel'}</Button>
      <Button appearance="primary" disabled={file === null || take.isPending} onClick={run}>{take.isPending ? 'Reading…' : 'Import'}</Button>
    </>}>
      <Text>{'The file needs the columns of IdFix: DISTINGUISHEDNAME, COMMONNAME, OBJECTCLASS, ATTRIBUTE, ERROR, VALUE, UPDATE, PROPOSEDACTION, ACTION. ACTION is EDIT (UPDATE is written), REMOVE or COMPLETE; lines with an empty ACTION decide nothing. Nothing is written to Active Directory by importing.'}</Text>
      <input type="file" accept=".csv,.txt,text/csv" aria-label="CSV file" onChange={(e) => { setFile(e.target.files?.[0] ?? null); take.reset(); }} />
      {error ? <ErrorView error={errorData(error)} /> : null}
      {result ? (
        <div className={l.column}>
          <MessageBar intent={result.problemsTotal > 0 ? 'warning' : 'success'} layout="multiline"><MessageBarBody>{`Took ${counted(result.taken, 'decision')}; ${counted(result.unchanged, 'line')} decided nothing new. ${result.problemsTotal > 0 ? `${counted(result.problemsTotal, 'line does', 'lines do')} not fit:` : ''}`}</MessageBarBody></MessageBar>
          {result.problemsTotal > 0 ? <table className={l.plainTable}><thead><tr><th scope="col">Line</th><th scope="col">Why it does not fit</th></tr></thead><tbody>{result.problems.map((p) => <tr key={p.line}><td>{p.line}</td><td>{p.message}</td></tr>)}</tbody></table> : null}
        </div>
      ) : null}
    </DialogFrame>
  );
}
