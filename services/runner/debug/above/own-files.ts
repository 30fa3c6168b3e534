/** Where a worktree keeps what others wrote. */
const ofOthers =
  /(?:^|\/)(?:node_modules|\.venv|venv|site-packages|dist-packages|vendor|\.cargo|\.tox|third_party)\//

/** Whether a file, as frames tell it, is the project's own: below the worktree's top, and no library that lies there. */
export const isOwn = (file: string | null): boolean =>
  file !== null && !file.startsWith('/') && !file.startsWith('<') && !ofOthers.test(file)
