// PUT some bytes and hear how far they are. fetch cannot tell how much of a request has left, so this is the older way.
//
// Resolves with the status; rejects with Cut when the link broke or nothing moved for a minute. `moved` hears the bytes that
// left; the request stands in `requests` (a Set) while it runs, so that it can be aborted.

const PATIENCE = 60000;

export class Cut extends Error {}

export function put(url, bytes, { headers, moved, requests }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let watch = 0;
    const still = () => {
      clearTimeout(watch);
      watch = setTimeout(() => request.abort(), PATIENCE);
    };
    request.upload.onprogress = (event) => {
      still();
      moved(event.loaded);
    };
    request.onload = () => resolve(request.status);
    request.onerror = request.onabort = () => reject(new Cut());
    request.onloadend = () => {
      clearTimeout(watch);
      requests.delete(request);
    };
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    requests.add(request);
    still();
    request.send(bytes);
  });
}
