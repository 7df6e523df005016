#include "services/reporting_service/render/pdf_finish.hpp"

#define POINTERHOLDER_TRANSITION 4  // qpdf 11: std::shared_ptr only
#include <qpdf/Buffer.hh>
#include <qpdf/QPDF.hh>
#include <qpdf/QPDFObjectHandle.hh>
#include <qpdf/QPDFWriter.hh>

#include <exception>
#include <memory>

namespace valion::reporting {
namespace {

constexpr int kDeepest = 64;

std::string xml_escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      default: safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return safe;
}

std::string xmp_of(const PdfMarks& marks) {
  const std::string moment = marks.created_at.substr(0, 19) + "Z";
  return "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
         "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
         "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
         "xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\">\n"
         "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">" +
         xml_escaped(marks.title) +
         "</rdf:li></rdf:Alt></dc:title>\n"
         "<dc:language><rdf:Bag><rdf:li>" +
         xml_escaped(marks.language) +
         "</rdf:li></rdf:Bag></dc:language>\n"
         "<dc:format>application/pdf</dc:format>\n"
         "<xmp:CreateDate>" +
         moment + "</xmp:CreateDate><xmp:ModifyDate>" + moment +
         "</xmp:ModifyDate>\n"
         "</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"w\"?>";
}

class Structure {
 public:
  Structure(QPDF& pdf, const PdfMarks& marks) : pdf_(pdf), marks_(marks) {}

  // Cairo's elements hang from the root side by side: they get one Document above them.
  void mend(QPDFObjectHandle root) {
    QPDFObjectHandle kids = root.getKey("/K");
    QPDFObjectHandle document = pdf_.makeIndirectObject(QPDFObjectHandle::newDictionary());
    document.replaceKey("/Type", QPDFObjectHandle::newName("/StructElem"));
    document.replaceKey("/S", QPDFObjectHandle::newName("/Document"));
    document.replaceKey("/P", root);
    document.replaceKey("/K", kids);
    root.replaceKey("/K", document);
    each(kids, [&](QPDFObjectHandle kid) { kid.replaceKey("/P", document); });
    walk(kids, 0);
  }

 private:
  template <class Visit>
  void each(QPDFObjectHandle kids, Visit visit) {
    if (kids.isArray()) {
      for (int i = 0; i < kids.getArrayNItems(); ++i) {
        if (kids.getArrayItem(i).isDictionary()) visit(kids.getArrayItem(i));
      }
    } else if (kids.isDictionary()) {
      visit(kids);
    }
  }

  void walk(QPDFObjectHandle kids, int depth) {
    if (depth > kDeepest) return;
    each(kids, [&](QPDFObjectHandle element) {
      QPDFObjectHandle kind = element.getKey("/S");
      if (kind.isName() && kind.getName() == "/Figure" && figure_ < marks_.alternatives.size()) {
        element.replaceKey("/Alt", QPDFObjectHandle::newUnicodeString(marks_.alternatives[figure_++]));
      }
      if (kind.isName() && kind.getName() == "/TH") {
        QPDFObjectHandle scope = QPDFObjectHandle::newDictionary();
        scope.replaceKey("/O", QPDFObjectHandle::newName("/Table"));
        scope.replaceKey("/Scope", QPDFObjectHandle::newName("/Column"));
        element.replaceKey("/A", scope);
      }
      walk(element.getKey("/K"), depth + 1);
    });
  }

  QPDF& pdf_;
  const PdfMarks& marks_;
  std::size_t figure_ = 0;
};

void mark(QPDF& pdf, const PdfMarks& marks) {
  QPDFObjectHandle root = pdf.getRoot();
  root.replaceKey("/Lang", QPDFObjectHandle::newUnicodeString(marks.language));
  QPDFObjectHandle preferences = QPDFObjectHandle::newDictionary();
  preferences.replaceKey("/DisplayDocTitle", QPDFObjectHandle::newBool(true));
  root.replaceKey("/ViewerPreferences", preferences);
  QPDFObjectHandle tagged = QPDFObjectHandle::newDictionary();
  tagged.replaceKey("/Marked", QPDFObjectHandle::newBool(true));
  root.replaceKey("/MarkInfo", tagged);
  QPDFObjectHandle metadata = QPDFObjectHandle::newStream(&pdf, xmp_of(marks));
  metadata.getDict().replaceKey("/Type", QPDFObjectHandle::newName("/Metadata"));
  metadata.getDict().replaceKey("/Subtype", QPDFObjectHandle::newName("/XML"));
  root.replaceKey("/Metadata", metadata);
  QPDFObjectHandle structure = root.getKey("/StructTreeRoot");
  if (structure.isDictionary()) Structure(pdf, marks).mend(structure);
}

}  // namespace

Result<std::string> finish_pdf(const std::string& pdf, const PdfMarks& marks) {
  try {
    QPDF document;
    document.setSuppressWarnings(true);
    document.processMemoryFile("report", pdf.data(), pdf.size());
    mark(document, marks);
    QPDFWriter writer(document);
    writer.setOutputMemory();
    writer.setObjectStreamMode(qpdf_o_generate);
    writer.setDeterministicID(true);
    writer.write();
    const std::shared_ptr<Buffer> bytes = writer.getBufferSharedPointer();
    return std::string(reinterpret_cast<const char*>(bytes->getBuffer()), bytes->getSize());
  } catch (const std::exception& problem) {
    return fail(ErrorKind::internal, std::string("the PDF could not be finished: ") + problem.what());
  }
}

}  // namespace valion::reporting
