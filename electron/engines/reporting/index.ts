/** The reporting engine: a plan as a file for people, spreadsheets, programs and PowerShell. Pure; a page at a time. */
import type { ExportFormat } from '../../../shared/domain/plan-export.ts';
import { csvExporter } from './csv.ts';
import { htmlExporter } from './html.ts';
import { jsonExporter } from './json.ts';
import { powershellExporter } from './powershell/script.ts';
import type { PlanExporter } from './types.ts';

export type { ExportedOperation, PlanExporter, PlanHeader, Section, SectionRows } from './types.ts';

/** The exporter of each format. */
export const EXPORTERS: Readonly<Record<ExportFormat, PlanExporter>> = { csv: csvExporter, json: jsonExporter, html: htmlExporter, powershell: powershellExporter };
