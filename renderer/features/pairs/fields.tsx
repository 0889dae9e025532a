import { Checkbox, Field, Input, Radio, RadioGroup, Select, Textarea, type FieldProps } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { Controller, useFormContext, type FieldPath } from 'react-hook-form';
import type { PairDraft } from './draft.ts';

interface Common { readonly name: FieldPath<PairDraft>; readonly label: string; readonly hint?: string; readonly required?: boolean }

const fieldProps = ({ label, hint, required }: Common, error: string | undefined): Partial<FieldProps> => ({
  label, required: required ?? false, ...(hint ? { hint } : {}), ...(error ? { validationState: 'error', validationMessage: error } : {}),
});

/** One line of text of the pair's form. */
export function TextField(props: Common & { readonly type?: 'text' | 'password'; readonly placeholder?: string }): ReactNode {
  const { control } = useFormContext<PairDraft>();
  return <Controller control={control} name={props.name} render={({ field, fieldState }) => (
    <Field {...fieldProps(props, fieldState.error?.message)}>
      <Input ref={field.ref} name={field.name} value={String(field.value)} onChange={(_, d) => field.onChange(d.value)} onBlur={field.onBlur} type={props.type ?? 'text'}
        autoComplete={props.type === 'password' ? 'new-password' : 'off'} spellCheck={false} {...(props.placeholder ? { placeholder: props.placeholder } : {})} />
    </Field>
  )} />;
}

/** Several lines of text of the pair's form. */
export function AreaField(props: Common): ReactNode {
  const { control } = useFormContext<PairDraft>();
  return <Controller control={control} name={props.name} render={({ field, fieldState }) => (
    <Field {...fieldProps(props, fieldState.error?.message)}>
      <Textarea ref={field.ref} name={field.name} value={String(field.value)} onChange={(_, d) => field.onChange(d.value)} onBlur={field.onBlur} rows={4} spellCheck={false} />
    </Field>
  )} />;
}

interface Options { readonly options: readonly (readonly [value: string, label: string])[] }

/** A choice of few of the pair's form. */
export function RadioField(props: Common & Options): ReactNode {
  const { control } = useFormContext<PairDraft>();
  return <Controller control={control} name={props.name} render={({ field, fieldState }) => (
    <Field {...fieldProps(props, fieldState.error?.message)}>
      <RadioGroup value={String(field.value)} onChange={(_, d) => field.onChange(d.value)}>{props.options.map(([value, label]) => <Radio key={value} value={value} label={label} />)}</RadioGroup>
    </Field>
  )} />;
}

/** A choice from a list of the pair's form. */
export function SelectField(props: Common & Options): ReactNode {
  const { control } = useFormContext<PairDraft>();
  return <Controller control={control} name={props.name} render={({ field, fieldState }) => (
    <Field {...fieldProps(props, fieldState.error?.message)}>
      <Select ref={field.ref} value={String(field.value)} onChange={(_, d) => field.onChange(d.value)}>{props.options.map(([value, label]) => <option key={value} value={value}>{label}</option>)}</Select>
    </Field>
  )} />;
}

/** A yes or no of the pair's form. */
export function CheckField(props: Common): ReactNode {
  const { control } = useFormContext<PairDraft>();
  return <Controller control={control} name={props.name} render={({ field }) => (
    <Field {...(props.hint ? { hint: props.hint } : {})}><Checkbox label={props.label} checked={field.value === true} onChange={(_, d) => field.onChange(d.checked === true)} /></Field>
  )} />;
}
