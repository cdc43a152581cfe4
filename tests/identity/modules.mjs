// Lets the servers run straight from the source tree: a bare import is looked
// up in the folder that setup.sh filled (IDENTITY_DIR), not beside the source.
import { registerHooks } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const source = pathToFileURL(`${dirname(fileURLToPath(import.meta.url))}/`).href;
const installed = pathToFileURL(`${process.env.IDENTITY_DIR}/from.mjs`).href;

registerHooks({
  resolve(specifier, context, next) {
    const bare = /^[\w@]/.test(specifier) && !specifier.includes(':');
    if (bare && context.parentURL?.startsWith(source))
      return next(specifier, { ...context, parentURL: installed });
    return next(specifier, context);
  },
});
