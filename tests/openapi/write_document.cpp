// write_document FILE: the description of the API as the gateway serves it, for the tests that read it.
#include <fstream>
#include <iostream>

#include "contracts/openapi/document.hpp"

int main(int count, char** words) {
  if (count != 2) {
    std::cerr << "usage: openapi_write_document FILE\n";
    return 2;
  }
  std::ofstream file(words[1], std::ios::binary);
  file << valion::openapi::document("0", valion::openapi::Language::en);
  return file.good() ? 0 : 1;
}
