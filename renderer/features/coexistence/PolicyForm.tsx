import { Field, Radio, RadioGroup } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { DRIFT_POLICIES, OUT_OF_SCOPE } from '../../../shared/domain/coexistence.ts';
import { OUT_OF_SCOPE_WORDS, POLICY_WORDS } from '../../ui/coexistence-words.ts';
import { useLayout } from '../../ui/layout.ts';
import type { ScheduleDraft } from './draft.ts';

/** What becomes of objects that leave the scope, and of what others change in the tenant. */
export function PolicyForm({ draft, onChange, dynamic }: { readonly draft: ScheduleDraft; readonly onChange: (draft: ScheduleDraft) => void; readonly dynamic: boolean }): ReactNode {
  const l = useLayout();
  return (
    <div className={l.column}>
      <Field label="When an object leaves the scope" hint={dynamic ? 'It is deleted in Active Directory, moves out of the container, or no longer fits the filter.' : 'It is deleted in Active Directory, or taken out of the collection.'}>
        <RadioGroup value={draft.outOfScope} onChange={(_, d) => onChange({ ...draft, outOfScope: OUT_OF_SCOPE.find((one) => one === d.value) ?? 'keep' })}>
          {OUT_OF_SCOPE.map((one) => <Radio key={one} value={one} label={`${OUT_OF_SCOPE_WORDS[one].name}: ${OUT_OF_SCOPE_WORDS[one].effect}`} />)}
        </RadioGroup>
      </Field>
      <Field label="When others change an object in Microsoft 365" hint="Drift: a value that coexistence had brought in step, and that somebody changed in the tenant while Active Directory stayed the same. When both changed, Active Directory wins.">
        <RadioGroup value={draft.drift} onChange={(_, d) => onChange({ ...draft, drift: DRIFT_POLICIES.find((one) => one === d.value) ?? 'show' })}>
          {DRIFT_POLICIES.map((one) => <Radio key={one} value={one} label={`${POLICY_WORDS[one].name}: ${POLICY_WORDS[one].effect}`} />)}
        </RadioGroup>
      </Field>
    </div>
  );
}
