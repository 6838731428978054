"""Refusals about: whom a consent binds to what, and its proof."""

PROBLEM_TEXTS: dict[str, dict[str, str]] = {
    "unknown_consent_text": {
        "uk": "Такої редакції тексту згоди немає або вона ще не діє. Оберіть, будь ласка, чинну.",
        "ru": "Такой редакции текста согласия нет, или она ещё не действует. Выберите, пожалуйста, действующую.",
        "de": "Diese Fassung des Textes gibt es nicht, oder sie gilt noch nicht. Bitte nehmen Sie die gültige.",
        "en": "There is no such version of the text, or it is not in force yet. Please take the current one.",
    },
    "consent_text_changed": {
        "uk": "Цей текст згоди було змінено після використання. Повідомте, будь ласка, адміністрацію.",
        "ru": "Этот текст согласия был изменён после использования. Сообщите, пожалуйста, администрации.",
        "de": "Dieser Text wurde geändert, nachdem er benutzt war. Bitte sagen Sie der Verwaltung Bescheid.",
        "en": "This text was changed after it had been used. Please tell an administrator.",
    },
    "consent_scope_empty": {
        "uk": "Вкажіть, будь ласка, теми та відомості, яких стосується згода.",
        "ru": "Укажите, пожалуйста, темы и сведения, которых касается согласие.",
        "de": "Bitte geben Sie an, für welche Themen und welche Angaben die Einwilligung gilt.",
        "en": "Please name the topics and the data that the consent is about.",
    },
    "health_needs_tick": {
        "uk": "На відомості про здоров’я потрібна окрема позначка.",
        "ru": "Для сведений о здоровье нужна отдельная отметка.",
        "de": "Angaben zur Gesundheit brauchen ein eigenes Kreuz.",
        "en": "Data about health need a tick of their own.",
    },
    "method_not_enough": {
        "uk": "Цю згоду можна дати лише в іншій формі, наприклад письмово.",
        "ru": "Это согласие можно дать только в другой форме, например письменно.",
        "de": "Diese Erklärung geht nur in einer anderen Form, zum Beispiel schriftlich.",
        "en": "This declaration must be made in another form, such as in writing.",
    },
    "witness_needed": {
        "uk": "Усну згоду має засвідчити ще одна працівниця або працівник.",
        "ru": "Устное согласие должен засвидетельствовать ещё один сотрудник или сотрудница.",
        "de": "Eine mündliche Einwilligung muss eine zweite Person aus dem Team bezeugen.",
        "en": "A second member of staff must witness a consent that is given orally.",
    },
    "proof_needed": {
        "uk": "Немає підтвердження того, який текст було показано.",
        "ru": "Нет подтверждения того, какой текст был показан.",
        "de": "Es fehlt der Nachweis, welcher Text gezeigt wurde.",
        "en": "The proof of which text was shown is missing.",
    },
    "proof_does_not_fit": {
        "uk": "Показаний текст не відповідає цій згоді. Покажіть його, будь ласка, ще раз.",
        "ru": "Показанный текст не соответствует этому согласию. Покажите его, пожалуйста, ещё раз.",
        "de": "Der gezeigte Text passt nicht zu dieser Einwilligung. Bitte zeigen Sie ihn noch einmal.",
        "en": "The text that was shown does not fit this consent. Please show it again.",
    },
    "no_guardian": {
        "uk": "Цю особу не записано як законного представника.",
        "ru": "Этот человек не записан как законный представитель.",
        "de": "Diese Person ist nicht als sorgeberechtigt oder betreuend eingetragen.",
        "en": "This person is not recorded as the guardian.",
    },
    "guardian_needed": {
        "uk": "За неповнолітніх погоджується законний представник, якщо не засвідчено, що вони розуміють наслідки.",
        "ru": "За несовершеннолетних соглашается законный представитель, если не засвидетельствовано, что они понимают"
        " последствия.",
        "de": "Für Minderjährige stimmt die sorgeberechtigte Person zu, außer ihre Einsicht ist festgehalten.",
        "en": "A guardian consents for a minor, unless it is recorded that the minor understands what it means.",
    },
    "capacity_not_enough": {
        "uk": "За віком цю згоду ще не можна дати самостійно в такий спосіб.",
        "ru": "По возрасту это согласие ещё нельзя дать самостоятельно таким образом.",
        "de": "In diesem Alter geht diese Einwilligung so noch nicht allein.",
        "en": "At this age this consent cannot yet be given alone in this way.",
    },
    "no_scan_wanted": {
        "uk": "До цієї згоди не потрібна копія бланка: її надано не письмово.",
        "ru": "К этому согласию копия бланка не нужна: оно дано не письменно.",
        "de": "Zu dieser Einwilligung gehört kein Formular: Sie wurde nicht schriftlich gegeben.",
        "en": "No form belongs to this consent: it was not given in writing.",
    },
    "form_does_not_fit": {
        "uk": "Текст не вміщується на одну сторінку. Скоротіть, будь ласка, перелік тем.",
        "ru": "Текст не помещается на одну страницу. Сократите, пожалуйста, список тем.",
        "de": "Der Text passt nicht auf eine Seite. Bitte kürzen Sie die Liste der Themen.",
        "en": "The text does not fit on one page. Please shorten the list of topics.",
    },
}
