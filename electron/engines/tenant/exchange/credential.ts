/**
 * A name and a password as a parameter of a cmdlet. Cmdlets take a PSCredential here (ExchangeOnlineManagement cmdlet reference, New-MigrationEndpoint, Credentials), whose form in a request is published
 * nowhere; the module sends its values as hash tables of this type. Not confirmed by a document: where the service refuses it, an endpoint that a person made in
 * Exchange Online PowerShell serves as well. The only place that knows the form.
 */
export function credentialParameter(username: string, password: string): Readonly<Record<string, string>> {
  return { '@odata.type': '#Exchange.GenericHashTable', UserName: username, Password: password };
}
