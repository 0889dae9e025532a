/** The bytes of a file as Base64: a data URL is `data:<type>;base64,<content>` (RFC 2397). Rejects when the file cannot be read. */
export async function readBase64(file: File): Promise<string> {
  return await new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => { const text = String(reader.result); resolve(text.slice(text.indexOf(',') + 1)); };
    reader.onerror = () => reject(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(file);
  });
}
