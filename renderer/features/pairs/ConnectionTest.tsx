import { Button, Link, MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { Pair, PairInput } from '../../../shared/contracts/pairs.ts';
import { errorData, useCall } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { time } from '../../ui/format.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

const TEST_TIMEOUT_MS = 120_000;
const SIGN_IN_REFRESH_MS = 2_000;

/** Tries both sides step by step and shows each step with its reason. `what` is a saved pair or an input that is not saved yet. */
export function ConnectionTest({ what }: { readonly what: { readonly id: string } | { readonly input: PairInput } }): ReactNode {
  const l = useLayout();
  const test = useCall('pairs.test', what, { timeoutMs: TEST_TIMEOUT_MS });
  const lines = test.data?.lines ?? [];
  const failed = lines.filter((line) => line.outcome === 'failed').length;
  return (
    <div className={l.column}>
      {'id' in what ? <SignInPrompt pairId={what.id} /> : null}
      {test.isFetching ? <Loading label="Testing the connections. Nothing is written…" /> : null}
      {!test.isFetching && test.error ? <ErrorView error={errorData(test.error)} onRetry={() => { void test.refetch(); }} /> : null}
      {!test.isFetching && test.data ? <>
        <Live>
          <MessageBar intent={failed > 0 ? 'error' : 'success'} layout="multiline"><MessageBarBody>
            {failed > 0 ? `${failed} of ${lines.length} checks failed. The first failure is usually the cause of the others.` : `All ${lines.length} checks were made without a failure.`}
          </MessageBarBody></MessageBar>
        </Live>
        <table className={l.plainTable}>
          <thead><tr><th scope="col">Check</th><th scope="col">Outcome</th><th scope="col">Reason</th></tr></thead>
          <tbody>{lines.map((line, i) => <tr key={`${line.check} ${i}`}><td>{line.check}</td><td><StatusBadge status={line.outcome} /></td><td>{line.message}</td></tr>)}</tbody>
        </table>
      </> : null}
      <div><Button disabled={test.isFetching} onClick={() => { void test.refetch(); }}>Test again</Button></div>
    </div>
  );
}

/** Shows the code of a sign-in that waits for a person (device code). */
export function SignInPrompt({ pairId }: { readonly pairId: string }): ReactNode {
  const signIn = useCall('pairs.signIn', { id: pairId }, { refetchMs: SIGN_IN_REFRESH_MS });
  const pending = signIn.data?.pending;
  if (!pending) return null;
  return (
    <Live><MessageBar intent="info" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>Sign in to the tenant</MessageBarTitle>
        {'Open '}<Link href={pending.verificationUri} target="_blank" rel="noreferrer" inline>{pending.verificationUri}</Link>{' and enter the code '}<strong>{pending.userCode}</strong>{`. It is valid until ${time(pending.expiresAt)}.`}
      </MessageBarBody>
    </MessageBar></Live>
  );
}

/** The connection test of a saved pair. */
export function TestConnectionDialog({ pair, onClose }: DialogProps<'pair test'>): ReactNode {
  return (
    <DialogFrame title={`Test Connection of ${pair.name}`} onClose={onClose} size="wide" actions={<Button onClick={onClose}>Close</Button>}>
      <ConnectionTest what={{ id: pair.id }} />
    </DialogFrame>
  );
}

/** What a person calls the target of a pair. */
export function tenantName(pair: Pair): string {
  return pair.targetName || pair.target.tenantId;
}
