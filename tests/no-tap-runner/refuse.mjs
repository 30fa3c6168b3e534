/** In the place of tap's own runner, which this project does not install (decision 0129): tests are run by `task test`. */
process.stderr.write('tap runs no tests here\n  npx task test [FILE…] does, and node FILE runs one file\n')
process.exit(2)
