import { Field, Select } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { OBJECT_KINDS, type ObjectKind } from '../../../shared/domain/objects.ts';

/** Chooses a class of objects. */
export function KindSelect({ label, value, onChange }: { readonly label: string; readonly value: ObjectKind; readonly onChange: (kind: ObjectKind) => void }): ReactNode {
  return <Field label={label}><Select value={value} onChange={(_, d) => { const kind = OBJECT_KINDS.find((k) => k === d.value); if (kind) onChange(kind); }}>{OBJECT_KINDS.map((k) => <option key={k} value={k}>{k}</option>)}</Select></Field>;
}
