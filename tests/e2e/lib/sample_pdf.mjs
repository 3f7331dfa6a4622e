// tests/e2e/lib/sample_pdf.mjs - a PDF of two pages, written by hand.

/** @returns {Buffer} */
export function twoPagePdf() {
  const text = (line) => `BT /F1 28 Tf 60 760 Td (${line}) Tj ET`;
  const stream = (body) => `<< /Length ${body.length} >>\nstream\n${body}\nendstream`;
  const page = (content) => `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${content} 0 R /Resources << /Font << /F1 7 0 R >> >> >>`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>', '<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>', page(5), page(6),
    stream(text('DON KHIEU NAI - TRANG 1')), stream(text('DON KHIEU NAI - TRANG 2')), '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let file = '%PDF-1.4\n';
  const offsets = objects.map((body, index) => {
    const offset = file.length;
    file += `${index + 1} 0 obj\n${body}\nendobj\n`;
    return offset;
  });
  const start = file.length;
  file += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n`;
  file += offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  file += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(file, 'latin1');
}
