/** What services consist of, as globs. */
export const sources = [
  'services/**/*.{ts,mjs,py}',
  'config/**/*.{ts,cjs}',
  'lib/**/*.{ts,mjs,py}',
  'package-lock.json',
] as const
