// extract.c: writes font_data.c: the outlines of the glyphs that the picture needs.
//
// Run by hand, when glyphs are added; not part of the build:
//     cc extract.c $(pkg-config --cflags --libs freetype2) -o extract
//     FONT=/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed-Bold.ttf
//     ./extract $FONT > font_data.c
// SPDX-License-Identifier: MIT
#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_OUTLINE_H

#include <stdio.h>
#include <stdlib.h>

static int g_column;

static void put(int value)
{
    char text[16];
    const int n = snprintf(text, sizeof text, "%d,", value);
    if (g_column + n > 96) {
        putchar('\n');
        g_column = 0;
    }
    fputs(text, stdout);
    g_column += n;
}

// Contours as: number of points, then (2 x + on_curve, y) for each, up positive.
static int put_glyph(const FT_Outline *o)
{
    int n = 1;
    put(o->n_contours);
    for (int c = 0, first = 0; c < o->n_contours; first = o->contours[c++] + 1) {
        put(o->contours[c] - first + 1);
        n++;
        for (int i = first; i <= o->contours[c]; i++, n += 2) {
            put((int)(2 * o->points[i].x) + (o->tags[i] & 1));
            put((int)o->points[i].y);
        }
    }
    return n;
}

static int wanted(unsigned *code)
{
    static const unsigned more[] = {0xb0, 0xb1,   0xb2,   0xb5,   0xb7,
                                    0xd7, 0x2013, 0x2026, 0x2264, 0x2265};
    int n = 0;
    for (unsigned c = 0x20; c < 0x7f; c++)
        code[n++] = c;
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        code[n++] = more[i];
    return n;
}

int main(int argc, char **argv)
{
    FT_Library lib;
    FT_Face face;
    if (argc != 2 || FT_Init_FreeType(&lib) || FT_New_Face(lib, argv[1], 0, &face)) {
        fprintf(stderr, "usage: extract FONT.ttf > font_data.c\n");
        return EXIT_FAILURE;
    }
    unsigned code[256], offset[256];
    int advance[256];
    const int count = wanted(code);
    printf("// font_data.c: glyph outlines of %s %s, written by extract.c.\n"
           "// The font's own licence (Bitstream Vera; see LICENSE.dejavu) applies.\n"
           "// SPDX-License-Identifier: Bitstream-Vera\n"
           "#include \"render/font/font_data.h\"\n\n"
           "// clang-format off\n"
           "const int16_t rim_font_outline[] = {\n",
           face->family_name, face->style_name);
    int n = 0, cap = 0;
    for (int i = 0; i < count; i++) {
        if (!FT_Get_Char_Index(face, code[i]) ||
            FT_Load_Char(face, code[i], FT_LOAD_NO_SCALE)) {
            fprintf(stderr, "extract: %s: no glyph for U+%04X\n", argv[1], code[i]);
            return EXIT_FAILURE;
        }
        if (code[i] == 'H')
            cap = (int)face->glyph->metrics.horiBearingY;
        offset[i] = (unsigned)n;
        advance[i] = (int)face->glyph->metrics.horiAdvance;
        n += put_glyph(&face->glyph->outline);
    }
    printf("\n};\n\nconst rim_font_glyph rim_font_glyphs[] = {\n");
    for (int i = 0; i < count; i++)
        printf("{%u,%d,%u},%s", code[i], advance[i], offset[i], i % 6 == 5 ? "\n" : "");
    printf("\n};\nconst int rim_font_glyph_count = %d;\n"
           "const int rim_font_cap_height = %d;\n",
           count, cap);
    FT_Done_Face(face);
    FT_Done_FreeType(lib);
    return EXIT_SUCCESS;
}
