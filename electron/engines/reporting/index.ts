/** The reporting engine: a plan as a file for people, spreadsheets, programs and PowerShell. Pure; a page at a time. */
import type { ExportFormat } from '../../../shared/domain/plan-export.ts';
import type { PackFormat } from '../../../shared/domain/evidence.ts';
import { csvExporter } from './csv.ts';
import { packCsv } from './evidence/csv.ts';
import { packHtml } from './evidence/html.ts';
import { packJson } from './evidence/json.ts';
import type { PackExporter } from './evidence/types.ts';
import { htmlExporter } from './html.ts';
import { jsonExporter } from './json.ts';
import { powershellExporter } from './powershell/script.ts';
import type { PlanExporter } from './types.ts';

export { changesOf, type JournalledWrite, type WritingTask } from './evidence/changes.ts';
export { PACK_SECTIONS, type PackExporter, type PackHeader, type PackRows, type PackSection } from './evidence/types.ts';
export type { ExportedOperation, PlanExporter, PlanHeader, Section, SectionRows } from './types.ts';

/** The exporter of each format. */
export const EXPORTERS: Readonly<Record<ExportFormat, PlanExporter>> = { csv: csvExporter, json: jsonExporter, html: htmlExporter, powershell: powershellExporter };
/** The exporter of each form of an evidence pack. */
export const PACK_EXPORTERS: Readonly<Record<PackFormat, PackExporter>> = { html: packHtml, csv: packCsv, json: packJson };
