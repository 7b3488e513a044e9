#pragma once

// Which grams (three bytes in a row) a text has, as bits: what the text says about words that it
// cannot contain. A text has every bit of each of its parts, so one that lacks a bit of a word does
// not contain the word; one that has them all may.
//
// Upper and lower case of ASCII are the same. Other characters have no grams: databases disagree
// about their case. Pure.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatehouse::events {

// The columns of issue_search.
inline constexpr std::size_t kGramWords = 12;
using Grams = std::array<std::int64_t, kGramWords>;

// Adds those of the text.
void AddGrams(Grams& grams, std::string_view text);

// Of what searches look for words in: `message || ' ' || title`.
Grams GramsOfIssue(std::string_view message, std::string_view title);

}  // namespace gatehouse::events
