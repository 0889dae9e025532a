/** Sending mail by SMTP. */
export { isLoopback, smtpTransport, type SmtpSettings } from './smtp.ts';
