/**
 * For every Python that is run here: not what a shell points its own Python to, and UTF-8 whatever the locale, for in
 * one without it Python cannot write a path with other letters.
 */
export const pythonVariables: Readonly<Record<string, string | undefined>> = {
  PYTHONHOME: undefined,
  PYTHONPATH: undefined,
  PYTHONUTF8: '1',
}
