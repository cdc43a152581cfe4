// Lets the servers run straight from a source tree: their bare imports are
// looked up in the folder that setup.sh filled, where a copy of this file lies.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const bare = /^[\w@]/.test(specifier) && !specifier.includes(':');
    const ours = context.parentURL && !context.parentURL.includes('/node_modules/');
    return next(specifier, bare && ours ? { ...context, parentURL: import.meta.url } : context);
  },
});
