/** Reports and status mails of batches. */
export { finalMail, REPORTS_AT, statusMail, type MailFigures, type MailMoment } from './mails.ts';
export { reportTable, validationTable, type ReportRow, type ReportTable, type RowReportKind } from './tables.ts';
