# Run after asn1c: cmake -DGEN=<folder of its output> -P patch.cmake
# Mends the skeletons of asn1c 0.9.28 and lists the descriptors of all types.

# Fails unless the old text occurs exactly once, so that another skeleton is noticed.
function(patch file old new)
  file(READ ${GEN}/${file} text)
  string(FIND "${text}" "${old}" first)
  string(FIND "${text}" "${old}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "patch: ${file} is not the skeleton of asn1c 0.9.28")
  endif()
  string(REPLACE "${old}" "${new}" text "${text}")
  file(WRITE ${GEN}/${file} "${text}")
endfunction()

# 00 not followed by 00 at the end of a CHOICE of indefinite length: an endless loop.
patch(constr_CHOICE.c "/* UNREACHABLE */" "RETURN(RC_FAIL);")
# The empty debug function evaluates its arguments: slow, and they fill a buffer shared by all threads.
patch(asn_internal.h "static void ASN_DEBUG(const char *fmt, ...) { (void)fmt; }"
  "#define ASN_DEBUG(...) ((void)0)")
# Segments of a constructed character string are OCTET STRINGs (X.690 8.21).
patch(OCTET_STRING.c "if(tlv_tag != expected_tag) {"
  "if(tlv_tag != expected_tag && !(sel && type_variant != ASN_OSUBV_BIT && tlv_tag == (ASN_TAG_CLASS_UNIVERSAL | (4 << 2)))) {")

# An ANY under an explicit tag is a value under a constructed one (X.690 8.14): what stands in a primitive was not
# walked and is not a value.
patch(OCTET_STRING.c "_CH_PHASE(ctx, 3);"
  "if(type_variant == ASN_OSUBV_ANY && tag_mode == 1) RETURN(RC_FAIL); _CH_PHASE(ctx, 3);")

# Every descriptor with a name: what codec.cpp completes before the first thread uses one.
file(GLOB headers ${GEN}/*.h)
list(SORT headers)
set(names "")
foreach(header IN LISTS headers)
  file(STRINGS ${header} lines REGEX "^extern asn_TYPE_descriptor_t asn_DEF_[A-Za-z0-9_]+;")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^.* (asn_DEF_[A-Za-z0-9_]+).*$" "\\1" name "${line}")
    list(APPEND names ${name})
  endforeach()
endforeach()
list(REMOVE_DUPLICATES names)
set(declarations "")
set(addresses "")
foreach(name IN LISTS names)
  string(APPEND declarations "extern asn_TYPE_descriptor_t ${name};\n")
  string(APPEND addresses "  &${name},\n")
endforeach()
file(WRITE ${GEN}/descriptors.c "#include \"asn_application.h\"\n${declarations}\n"
  "asn_TYPE_descriptor_t *const x400_asn1c_descriptors[] = {\n${addresses}  0\n};\n")
