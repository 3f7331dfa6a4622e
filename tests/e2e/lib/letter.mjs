// tests/e2e/lib/letter.mjs - a citizen's letter as a picture, and how well it can be read where it arrives.

const LETTER = `<!doctype html><meta charset="utf-8"><style>
  body { margin: 0; width: 1280px; height: 720px; background: #fff; color: #111; font: 26px/1.5 "Noto Serif", serif; }
  div { padding: 40px 60px; } h1 { font-size: 32px; text-align: center; margin: 0 0 18px; } p { margin: 0 0 10px; }
</style><div><h1>ĐƠN ĐỀ NGHỊ GIẢI QUYẾT</h1>
<p>Kính gửi: Ban Tiếp công dân tỉnh Bắc Ninh.</p>
<p>Ngày 12 tháng 3 năm 2024, Ủy ban nhân dân huyện ra Quyết định số 1457/QĐ-UBND về việc thu hồi
2.318,6 m² đất nông nghiệp tại thửa số 214, tờ bản đồ số 09, để mở rộng đường tỉnh 282B.</p>
<p>Phương án bồi thường tính 87.400.000 đồng, chưa gồm 46 cây ăn quả và 3 giếng khoan đã được kiểm đếm
theo biên bản ngày 05/01/2024. Gia đình tôi đã nộp đơn ba lần nhưng chưa nhận được văn bản trả lời.</p>
<p>Đề nghị cơ quan có thẩm quyền xem xét, kiểm tra lại diện tích, và trả lời bằng văn bản.</p></div>`;

/** @returns {Promise<Buffer>}  PNG of 1280 x 720 */
export async function letterPng(browser) {
  const page = await browser.newPage();
  try {
    await page.setViewport({ width: 1280, height: 720 });
    await page.setContent(LETTER);
    await page.evaluate(() => document.fonts.ready);
    return Buffer.from(await page.screenshot({ type: 'png' }));
  } finally {
    await page.close();
  }
}

/** Runs in the page: how alike the strokes of two pictures of the letter are, -1 to 1, at the size at which it is
 * received. Strokes are what is left of the brightness without its mean over 9 x 9 pixels; a picture may lie a pixel
 * beside the other.
 * @param {string} base64  the letter @param {{x: number, y: number, width: number, height: number}} place  of the picture, 0 to 1
 * @param {number} blur  pixels */
async function compareInPage(base64, place, blur) {
  const video = document.querySelector('#picture');
  const letter = await createImageBitmap(new Blob([Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0))], { type: 'image/png' }));
  const [width, height] = [Math.round(place.width * video.videoWidth), Math.round(place.height * video.videoHeight)];
  /** The text alone: neither the tile's border nor the name in its corner. */
  const [left, right, top, bottom] = [0.03 * width, 0.97 * width, 0.05 * height, 0.8 * height].map(Math.round);
  const strokes = (draw, filter = 'none') => {
    const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
    context.imageSmoothingQuality = 'high';
    context.filter = filter;
    draw(context);
    const { data } = context.getImageData(0, 0, width, height);
    const grey = new Float32Array(width * height);
    for (let i = 0; i < grey.length; i += 1) grey[i] = 0.3 * data[4 * i] + 0.59 * data[4 * i + 1] + 0.11 * data[4 * i + 2];
    const sums = new Float64Array((width + 1) * (height + 1));
    for (let y = 0; y < height; y += 1) {
      for (let x = 0, row = 0; x < width; x += 1) {
        row += grey[y * width + x];
        sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
      }
    }
    const sum = (x, y) => sums[y * (width + 1) + x];
    return (x, y) => grey[y * width + x] - (sum(x + 5, y + 5) - sum(x - 4, y + 5) - sum(x + 5, y - 4) + sum(x - 4, y - 4)) / 81;
  };
  const likeness = (a, b, dx, dy) => {
    let [aa, ab, bb] = [0, 0, 0];
    for (let y = top; y < bottom; y += 1) {
      for (let x = left; x < right; x += 1) {
        const [u, v] = [a(x, y), b(x + dx, y + dy)];
        aa += u * u;
        ab += u * v;
        bb += v * v;
      }
    }
    return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
  };
  const original = strokes((context) => context.drawImage(letter, 0, 0, width, height));
  const blurred = strokes((context) => context.drawImage(letter, 0, 0, width, height), `blur(${blur}px)`);
  const received = strokes((context) => context.drawImage(video, Math.round(place.x * video.videoWidth), Math.round(place.y * video.videoHeight),
    width, height, 0, 0, width, height));
  const best = (picture) => Math.max(...[-1, 0, 1].flatMap((dx) => [-1, 0, 1].map((dy) => likeness(original, picture, dx, dy))));
  return { width, received: best(received), blurred: best(blurred) };
}

/** @param {any} page @param {Buffer} letter @param {{x: number, y: number, width: number, height: number}} place
 * @returns {Promise<{width: number, received: number, blurred: number}>}  and of a copy that is blurred by 1.5 pixels */
export function compareLetter(page, letter, place) {
  return page.evaluate(compareInPage, letter.toString('base64'), place, 1.5);
}
