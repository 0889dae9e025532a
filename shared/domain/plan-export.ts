/** Forms in which a plan can be taken out of the program. */
export const EXPORT_FORMATS = ['csv', 'json', 'html', 'powershell'] as const;
/** `powershell`: a script of Microsoft Graph PowerShell and ExchangeOnlineManagement cmdlets. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
