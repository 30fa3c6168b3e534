/** Whether a path is a directory or lies in it; both absolute, and without `.` and `..`. */
export const isIn = (path: string, directory: string): boolean =>
  path === directory || path.startsWith(directory.endsWith('/') ? directory : `${directory}/`)
