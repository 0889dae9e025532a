/** Eight to 256 characters of at least three of four classes (Entra documentation, password policies). */
export function isComplexPassword(password: string): boolean {
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((c) => c.test(password)).length;
  return password.length >= 8 && password.length <= 256 && classes >= 3;
}
